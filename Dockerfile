# The web.
FROM node:24.21.0-bookworm-slim AS web
WORKDIR /build/web
COPY web/package.json web/package-lock.json web/.npmrc ./
RUN npm ci --loglevel=error --no-audit --no-fund
COPY web/ ./
RUN npm run build

# The packages and the wheel, in an environment that is copied as a whole.
FROM python:3.13.16-slim-trixie AS packages
ENV PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_ONLY_BINARY=:all:
RUN python -m venv /opt/build && python -m venv /opt/sluice
WORKDIR /build
COPY requirements/ requirements/
RUN /opt/sluice/bin/pip install --require-hashes -r requirements/run.txt \
    && /opt/build/bin/pip install --require-hashes -r requirements/build.txt
COPY pyproject.toml README.md ./
COPY migrations/ migrations/
COPY policies/ policies/
COPY catalog/ catalog/
COPY --from=web /build/catalog/static/ catalog/static/
RUN /opt/build/bin/python -m build --wheel --no-isolation --outdir dist \
    && /opt/sluice/bin/pip install --no-deps dist/*.whl

FROM python:3.13.16-slim-trixie
RUN useradd --system --uid 10001 --create-home --home-dir /data sluice
COPY --from=packages /opt/sluice /opt/sluice
# By number, so that Kubernetes can see that it is not root.
USER 10001
WORKDIR /data
ENV PATH=/opt/sluice/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    SLUICE_HOST=0.0.0.0 \
    SLUICE_PORT=8200 \
    SLUICE_DATABASE_URL=sqlite:////data/sluice.db
VOLUME /data
EXPOSE 8200
HEALTHCHECK --interval=10s --timeout=5s --start-period=60s --retries=3 \
    CMD ["python", "-c", "import os, urllib.request as web; web.urlopen(f'http://127.0.0.1:{os.environ[\"SLUICE_PORT\"]}/healthz', timeout=4)"]
CMD ["sluice", "serve"]
