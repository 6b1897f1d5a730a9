# One image for web, worker, beat, migrations, backup and restore; docs/containers.md.
# The packages are those that ./portal installs (tests/test_containers.py compares).

FROM debian:bookworm-slim AS libraries
# What the release points to is not pinned: security updates come with a rebuild.
# hadolint ignore=DL3008
RUN apt-get update \
    && apt-get install -y --no-install-recommends ca-certificates python3 python3-venv \
    && rm -rf /var/lib/apt/lists/*
RUN python3 -m venv /opt/portal
COPY requirements.lock /tmp/
# A mirror of the package index: --build-arg PACKAGE_INDEX=…
ARG PACKAGE_INDEX
RUN /opt/portal/bin/python -m pip install --no-cache-dir --disable-pip-version-check --no-input \
        --no-deps --only-binary :all: --require-hashes -r /tmp/requirements.lock \
        ${PACKAGE_INDEX:+--index-url "$PACKAGE_INDEX"} \
    && /opt/portal/bin/python -m pip uninstall -y -q pip

FROM debian:bookworm-slim
# hadolint ignore=DL3008
RUN apt-get update \
    && apt-get install -y --no-install-recommends \
        ca-certificates fonts-noto-cjk libharfbuzz-subset0 libpango-1.0-0 libpangoft2-1.0-0 \
        postgresql-client python3 tzdata \
    && rm -rf /var/lib/apt/lists/* \
    && fc-cache -s
RUN useradd --uid 10001 --user-group --no-create-home --home-dir /nonexistent portal \
    && install -d -o portal -g portal -m 700 /var/lib/portal/files /var/lib/portal/backups
COPY --from=libraries /opt/portal /opt/portal
WORKDIR /srv/portal
COPY . .
ENV PATH=/opt/portal/bin:$PATH \
    DJANGO_SETTINGS_MODULE=config.settings.prod \
    PORTAL_STATE=/var/lib/portal \
    PYTHONDONTWRITEBYTECODE=1 \
    XDG_CACHE_HOME=/tmp
# Style sheets lie in the image, outside the volumes; like uploads they are made for their owner
# alone, here root. The keys of this step encrypt nothing.
RUN python -m compileall -q . \
    && SECRET_KEY=none FIELD_KEY=none FINGERPRINT_KEY=none \
        python manage.py collectstatic --no-input --verbosity 0 \
    && chmod -R a+rX "$PORTAL_STATE/static"
USER 10001:10001
EXPOSE 8000
ENTRYPOINT ["python", "manage.py"]
CMD ["check", "--deploy"]
