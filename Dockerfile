# Web server and worker of Diptych: `docker build -t diptych .`; compose.yaml starts them together with Redis.
# The server needs DIPTYCH_TOKENS: `docker run --rm diptych token --name NAME --scope admin` makes one.

FROM node:20-bookworm-slim AS build
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
RUN npm ci
COPY tsconfig*.json asconfig.json ./
COPY src src
COPY scripts scripts
COPY models models
RUN npm run build && npm prune --omit=dev

FROM node:20-bookworm-slim
# glibc keeps an arena for each thread that decodes pictures; two are enough, and take a quarter less memory.
ENV NODE_ENV=production MALLOC_ARENA_MAX=2 DIPTYCH_CATALOG=/data/catalog DIPTYCH_MODELS=/data/models
WORKDIR /app
COPY --from=build /app/package.json ./
COPY --from=build /app/node_modules node_modules
COPY --from=build /app/dist dist
COPY --from=build /app/packs packs
RUN mkdir /data && chown node:node /data
USER node
VOLUME /data
EXPOSE 5000
HEALTHCHECK --interval=10s --timeout=3s --start-period=20s \
  CMD ["node", "-e", "fetch('http://127.0.0.1:5000/readyz').then(({ ok }) => process.exit(ok ? 0 : 1), () => process.exit(1))"]
ENTRYPOINT ["node", "dist/main.js"]
CMD ["serve", "--host", "0.0.0.0"]
