import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig } from 'vite';

/** Where `ringside serve` listens unless it is told otherwise. */
const SERVER = 'http://127.0.0.1:8000';

export default defineConfig({
  plugins: [svelte()],
  // Nothing is inlined as a data: address, so that a strict content security policy holds.
  build: { target: 'es2022', assetsInlineLimit: 0, chunkSizeWarningLimit: 400 },
  // Worklets import their pure parts: as ES modules they are bundled into one file each.
  worker: { format: 'es' },
  server: { proxy: { '/api': { target: SERVER, ws: true }, '/healthz': SERVER } },
});
