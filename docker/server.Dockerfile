# The server. From the top of the repository:  docker build --file docker/server.Dockerfile --tag daymark-server .
FROM rust:1.95-slim-trixie AS build
RUN apt-get update \
    && apt-get install --yes --no-install-recommends libssl-dev pkg-config \
    && rm -rf /var/lib/apt/lists/*
WORKDIR /src
# Without rust-toolchain.toml: the image brings its compiler, and nothing has to be fetched.
COPY Cargo.toml Cargo.lock ./
COPY .cargo .cargo
COPY client/Cargo.toml client/
COPY shared shared
COPY server server
# The dependencies stay compiled in a cache. What is ours counts as changed, whatever dates the clone gave it; the client is
# only there because the workspace names it.
RUN --mount=type=cache,id=daymark-server-registry,target=/usr/local/cargo/registry,sharing=locked \
    --mount=type=cache,id=daymark-server-target,target=/src/target,sharing=locked \
    mkdir client/src && touch client/src/main.rs && find server shared -type f -exec touch {} + \
    && CARGO_PROFILE_RELEASE_STRIP=debuginfo cargo build --locked --release --package daymark-server \
    && cp target/release/server /usr/local/bin/

FROM debian:trixie-slim
LABEL org.opencontainers.image.title="Daymark: server" org.opencontainers.image.licenses="MIT OR Apache-2.0"
# What it speaks TLS with, and whom it believes.
RUN apt-get update \
    && apt-get install --yes --no-install-recommends ca-certificates libssl3t64 \
    && rm -rf /var/lib/apt/lists/*
# A volume that is first mounted here takes over owner and mode.
RUN install --directory --owner 10001 --group 10001 --mode 700 /app/database /app/keys
COPY docker/healthy /usr/local/bin/
COPY --from=build /usr/local/bin/server /usr/local/bin/
ENV BIND=0.0.0.0 PORT=4000 \
    DATA_DIR=/app/database DATABASE_URL=sqlite:///app/database/daymark.db \
    MASTER_KEYRING_FILE=/app/keys/keyring.json
WORKDIR /app
USER 10001:10001
VOLUME /app/database /app/keys
EXPOSE 4000
ENTRYPOINT ["server"]
CMD ["api"]
