/**
 * Runs every `sh` and `js` block of the README, line by line and in order, so that it stays true. A command that ends with a
 * server running is right when the server answers; it is ended then.
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";

const readme = readFileSync(new URL("../README.md", import.meta.url), "utf8");
const blocks = [...readme.matchAll(/^```(sh|js)\n([\s\S]*?)^```$/gmu)].map(([, language, text]) => ({
  language,
  text,
}));
if (blocks.length === 0) throw new Error("README.md holds no command.");

for (const { language, text } of blocks) {
  if (language === "js") await run("node --input-type=module", text!);
  else for (const command of text!.trim().split("\n")) await run(command);
}

async function run(command: string, input = ""): Promise<void> {
  console.log(`\n$ ${command}`);
  // A group of its own, so that a server that npm started ends with it.
  const child = spawn("bash", ["-c", command], { detached: true });
  child.stdin.end(input);
  let told = "";
  let answered = false;
  for (const [from, to] of [
    [child.stdout, process.stdout],
    [child.stderr, process.stderr],
  ] as const) {
    from.on("data", async (data: Buffer) => {
      to.write(data);
      told += data;
      const [, address] = /answers at (http:\/\/\S+)/u.exec(told) ?? [];
      if (address === undefined || answered) return;
      answered = true;
      const { status } = await fetch(`${address}/readyz`);
      process.kill(-child.pid!, "SIGTERM");
      if (status !== 200) fail(command, `answered ${status}`);
    });
  }
  const [status] = await once(child, "close");
  if (status !== 0 && !answered) fail(command, `ended with status ${status}`);
}

function fail(command: string, how: string): never {
  console.error(`The README's command ${how}: ${command}`);
  process.exit(1);
}
