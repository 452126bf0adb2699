# The distribution that `mvn package` makes, on an image with a Java 17 or newer.
ARG BASE_IMAGE=eclipse-temurin:25-jre
FROM ${BASE_IMAGE}

COPY app/target/dist /opt/tutti
RUN mkdir -p /data && chown 1000:1000 /data

# Not root. Runs are written to /data/runs, what a service keeps to /data/tutti-home.
USER 1000:1000
WORKDIR /data
ENV HOME=/data

# Where a coordinator listens for workers, and a service for clients; bulk data goes over UDP and TCP, on ports that
# are agreed on.
EXPOSE 25520 8025

ENTRYPOINT ["/opt/tutti/bin/tutti"]
