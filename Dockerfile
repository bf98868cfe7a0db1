# logtally in a container: built in one stage, run in another that holds only the program and its libraries: rules are mounted, and a change of them needs no new image.
#   docker build --build-arg REVISION="$(git rev-parse --short=12 HEAD)" -t logtally .
#   docker buildx build --platform linux/amd64,linux/arm64 -t REGISTRY/logtally .
#   docker run -p 127.0.0.1:7684:7684 -v "$PWD/rules:/etc/logtally/rules:ro" -v /var/log/mylittleprice:/logs/backend:ro \
#       -v logtally:/var/lib/logtally logtally

# On the machine that builds, for the one that it is built for (TARGETARCH).
FROM --platform=$BUILDPLATFORM debian:bookworm-slim AS build
ARG TARGETARCH
WORKDIR /src
COPY contrib/packages contrib/
COPY contrib/docker/cross.sh contrib/docker/
RUN contrib/docker/cross.sh packages "$TARGETARCH" && rm -rf /var/lib/apt/lists/*
COPY . .
RUN ./bootstrap
WORKDIR /build
# For logtally_build_info: the history is not in the build context.
ARG REVISION
RUN /src/contrib/docker/cross.sh build "$TARGETARCH" /image
RUN /src/contrib/docker/root.sh /image/usr/bin/logtally /root-of-image

FROM scratch
ARG REVISION
LABEL org.opencontainers.image.title="logtally" \
      org.opencontainers.image.description="Turns log lines into Prometheus metrics, exactly" \
      org.opencontainers.image.version="1.0.0" \
      org.opencontainers.image.revision="$REVISION" \
      org.opencontainers.image.licenses="MIT" \
      org.opencontainers.image.vendor="The logtally authors" \
      org.opencontainers.image.base.name="scratch"
COPY --from=build /root-of-image/ /
ENV PATH=/usr/bin
# A number: Kubernetes' runAsNonRoot cannot judge a name.
USER 10001:10001
VOLUME /var/lib/logtally
EXPOSE 7684
HEALTHCHECK --interval=10s --timeout=5s --start-period=10s --retries=3 CMD ["/usr/bin/logtally", "health", "http://127.0.0.1:7684/health/live"]
ENTRYPOINT ["/usr/bin/logtally"]
CMD ["run"]
