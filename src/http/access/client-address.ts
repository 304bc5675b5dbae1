import { isIP, isIPv6 } from "node:net";
import { getConnInfo } from "@hono/node-server/conninfo";
import type { Context } from "hono";
import { isLoopback } from "../../loopback.js";

/**
 * What stands for the client's address in limits: IPv6 addresses by their network, of which one client has 2^64; null: this
 * machine, or none that is known.
 *
 * @param trustProxy whether X-Forwarded-For is believed: its last entry, which the proxy before this server wrote.
 */
export function clientAddress(context: Context, trustProxy: boolean): string | null {
  const forwarded = trustProxy ? context.req.header("X-Forwarded-For")?.split(",").at(-1)?.trim() : undefined;
  const address = forwarded !== undefined && isIP(forwarded) !== 0 ? forwarded : socketAddress(context);
  if (address === null || isLoopback(address)) return null;
  const [, mapped] = /^::ffff:(\d+(?:\.\d+){3})$/iu.exec(address) ?? [];
  if (mapped !== undefined) return mapped;
  return isIPv6(address) ? networkOf(address) : address;
}

/** None where the app is called without a server. */
function socketAddress(context: Context): string | null {
  return context.env?.incoming ? (getConnInfo(context).remote.address ?? null) : null;
}

/** The first 64 bits. */
function networkOf(address: string): string {
  const [head = "", tail] = address.split("::");
  const left = head.split(":");
  const right = tail === undefined ? [] : tail.split(":");
  const zeros = Array.from({ length: Math.max(0, 8 - left.length - right.length) }, () => "0");
  const groups = [...left, ...(tail === undefined ? [] : zeros), ...right];
  return groups
    .slice(0, 4)
    .map((group) => Number.parseInt(group || "0", 16).toString(16))
    .join(":");
}
