# nginx with the built client. From the top of the repository:  docker build --file docker/web.Dockerfile --tag daymark-web .
# The client is built in here, minutes the first time. --build-arg CLIENT_FROM=dist takes what `make client` left in client/dist.
ARG CLIENT_FROM=source

# All of Cargo.lock that the tools depend on, so that another dependency does not build them anew.
FROM debian:trixie-slim AS pins
COPY Cargo.lock /all/
RUN mkdir /pins && grep --after-context 1 '^name = "wasm-bindgen"$' /all/Cargo.lock >/pins/Cargo.lock

# What builds the client; docker-compose.override.yml develops in it. Tools that had to be built are kept in a cache.
FROM rust:1.95-slim-trixie AS tools
RUN apt-get update \
    && apt-get install --yes --no-install-recommends curl nodejs npm \
    && rm -rf /var/lib/apt/lists/*
ENV DAYMARK_TOOLS=/tools
WORKDIR /src
COPY rust-toolchain.toml ./
COPY --from=pins /pins/Cargo.lock ./
COPY scripts/env.sh scripts/setup scripts/
RUN --mount=type=cache,id=daymark-client-registry,target=/usr/local/cargo/registry,sharing=locked \
    --mount=type=cache,id=daymark-tools,target=/tools,sharing=locked \
    scripts/setup client

FROM tools AS client-from-source
COPY Cargo.toml Cargo.lock ./
COPY scripts/client scripts/client-size scripts/
COPY server/Cargo.toml server/
COPY shared shared
COPY client client
# As in server.Dockerfile; here it is the server that is only named.
RUN --mount=type=cache,id=daymark-client-registry,target=/usr/local/cargo/registry,sharing=locked \
    --mount=type=cache,id=daymark-tools,target=/tools,sharing=locked \
    --mount=type=cache,id=daymark-client-target,target=/src/target,sharing=locked \
    mkdir -p server/src server/benches/load && touch server/src/lib.rs server/src/main.rs server/benches/load/main.rs \
    && rm -rf client/dist && find client shared -type f -exec touch {} + \
    && scripts/client build && mv client/dist /client

FROM scratch AS client-from-dist
COPY client/dist /client

FROM client-from-$CLIENT_FROM AS client

FROM debian:trixie-slim
LABEL org.opencontainers.image.title="Daymark: web" org.opencontainers.image.licenses="MIT OR Apache-2.0"
RUN apt-get update \
    && apt-get install --yes --no-install-recommends nginx libnginx-mod-http-brotli-static \
    && rm -rf /var/lib/apt/lists/* /var/cache/apt/*
COPY docker/healthy /usr/local/bin/
COPY nginx /opt/daymark/nginx
COPY scripts/nginx-render /opt/daymark/scripts/
COPY docker/web.sh /opt/daymark/docker/
COPY --from=client /client /srv/client
ENV UPSTREAM=server:4000 RUN_DIR=/tmp/nginx
USER 10001:10001
EXPOSE 8080
STOPSIGNAL SIGQUIT
ENTRYPOINT ["/opt/daymark/docker/web.sh"]
