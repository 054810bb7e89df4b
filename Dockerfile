# Builds the Debian packages from this tree, and an image that has them and mda's instruments:
#
#     docker build -t patchpilot .
#     docker run --rm -v "$PWD:/sounds" -w /sounds patchpilot match bass.flac
#
# Plug-ins of your own: -v ~/.vst3:/root/.vst3. The page: docker run --rm --network host patchpilot serve.
# Surge XT's presets are not indexed in the image, because Surge XT is not in it.
FROM debian:12 AS build
RUN apt-get update && apt-get install -y --no-install-recommends make git ca-certificates && rm -rf /var/lib/apt/lists/*
COPY . /patchpilot
RUN make -C /patchpilot package

FROM debian:12
COPY --from=build /patchpilot/build/patchpilot_*.deb /tmp/
RUN apt-get update && apt-get install -y --no-install-recommends /tmp/patchpilot_*.deb mda-lv2 ca-certificates \
    && rm -rf /var/lib/apt/lists/* /tmp/patchpilot_*.deb
ENTRYPOINT ["patchpilot"]
CMD ["doctor"]
