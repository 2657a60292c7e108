# What prom/prometheus is to docker/monitoring/compose.yml: its user, its folder, its program.
FROM debian:trixie-slim
RUN apt-get update \
    && apt-get install --yes --no-install-recommends prometheus \
    && rm -rf /var/lib/apt/lists/* \
    && install --directory --owner 65534 --group 65534 /prometheus
USER 65534:65534
ENTRYPOINT ["prometheus"]
