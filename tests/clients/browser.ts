import { accessSync, constants, existsSync } from "node:fs";
import path from "node:path";

import { chromium, type Browser } from "playwright-core";

const ARGUMENTS = [
  // The tests run as root in containers, and load nothing but their own stack's page.
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

interface Installed {
  executablePath: string;
  env: Record<string, string>;
}

/** A headless Chromium with a profile of its own, gone when it is closed. */
export async function launch(): Promise<Browser> {
  const { executablePath, env } = chosen() ?? packaged() ?? onPath() ?? missing();
  return chromium.launch({ executablePath, env: { ...process.env, ...env }, args: ARGUMENTS });
}

function chosen(): Installed | undefined {
  const executablePath = process.env["CHROME"];
  return executablePath ? { executablePath, env: {} } : undefined;
}

/** What `unpack-browser.mjs` has unpacked; it brings the libraries and fonts that a bare machine lacks. */
function packaged(): Installed | undefined {
  const folder = process.env["CHATLOG_BROWSER"];
  // The package holds programs for this architecture alone.
  if (folder === undefined || process.arch !== "x64") return undefined;
  const executablePath = path.join(folder, "chromium");
  if (!existsSync(executablePath)) return undefined;
  const libraries = [path.join(folder, "al2023/lib"), process.env["LD_LIBRARY_PATH"]];
  const LD_LIBRARY_PATH = libraries.filter(Boolean).join(path.delimiter);
  return { executablePath, env: { LD_LIBRARY_PATH, FONTCONFIG_FILE: path.join(folder, "fonts.conf") } };
}

function onPath(): Installed | undefined {
  const folders = (process.env["PATH"] ?? "").split(path.delimiter);
  for (const name of ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"]) {
    const executablePath = folders.map((folder) => path.join(folder, name)).find(isExecutable);
    if (executablePath !== undefined) return { executablePath, env: {} };
  }
  return undefined;
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

function missing(): never {
  throw new Error(
    `no browser: the packaged one is for x64, and this machine is ${process.arch}. Install one (Debian: ` +
      "`apt install chromium`) or name one in $CHROME.",
  );
}
