# logtally in a container: built in one stage, run in another that holds only the program and its libraries: rules are mounted, and a change of them needs no new image.
#   docker build --build-arg REVISION="$(git rev-parse --short HEAD)" -t logtally .
#   docker run -p 127.0.0.1:7684:7684 -v "$PWD/rules:/etc/logtally/rules:ro" -v /var/log/mylittleprice:/logs/backend:ro \
#       -v logtally:/var/lib/logtally logtally

FROM debian:bookworm-slim AS build
WORKDIR /src
COPY contrib/packages contrib/install-packages.sh contrib/
RUN apt-get update && contrib/install-packages.sh build && rm -rf /var/lib/apt/lists/*
COPY . .
RUN ./bootstrap
WORKDIR /build
# For logtally_build_info: the history is not in the build context.
ARG REVISION
RUN /src/configure --prefix=/usr --sysconfdir=/etc --localstatedir=/var CFLAGS='-O2 -g' \
    && make -j"$(nproc)" && make install-strip DESTDIR=/image

FROM debian:bookworm-slim
# Debian keeps no old versions: a pinned package could not be installed after its next security update.
# hadolint ignore=DL3008
RUN apt-get update \
    && apt-get install -y --no-install-recommends libpcre2-8-0 libmicrohttpd12 libinih1 zlib1g libzstd1 liblzma5 libbz2-1.0 \
       libgnutls30 libyaml-0-2 libcrypt1 libisal2 tzdata \
    && rm -rf /var/lib/apt/lists/* \
    && groupadd --gid 10001 logtally \
    && useradd --no-log-init --uid 10001 --gid 10001 --no-create-home --shell /usr/sbin/nologin logtally \
    && install -d -o logtally -g logtally /var/lib/logtally /logs/backend /logs/docker \
    && install -d /etc/logtally/rules /etc/logtally/web
COPY --from=build /image/usr/bin/logtally /usr/bin/logtally
COPY contrib/docker/logtally.ini /etc/logtally/logtally.ini
# A number: Kubernetes' runAsNonRoot cannot judge a name.
USER 10001:10001
VOLUME /var/lib/logtally
EXPOSE 7684
HEALTHCHECK --interval=10s --timeout=5s --start-period=10s --retries=3 CMD ["/usr/bin/logtally", "health", "http://127.0.0.1:7684/health/live"]
ENTRYPOINT ["/usr/bin/logtally"]
CMD ["run"]
