import { existsSync } from "node:fs";
import { type Browser, chromium } from "playwright-core";

/** Debian's; CHROMIUM names another. */
const executablePath = process.env.CHROMIUM ?? "/usr/bin/chromium";

/** Why tests in a browser cannot run here, or null. */
export const noBrowser = existsSync(executablePath)
  ? null
  : `there is no browser at ${executablePath}; install Debian's package chromium, or name one with CHROMIUM`;

/**
 * A name that leads to this machine, but is not known to: over plain http browsers trust it as little as any server in an office's
 * network, and tell it less of where a request comes from.
 */
export const NETWORK_NAME = "designs.example";

export function openBrowser(): Promise<Browser> {
  return chromium.launch({
    executablePath,
    args: [
      "--no-sandbox",
      "--disable-gpu",
      "--disable-quic",
      "--no-first-run",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
      `--host-resolver-rules=MAP ${NETWORK_NAME} 127.0.0.1`,
    ],
  });
}
