import { accessSync, constants, existsSync } from "node:fs";
import path from "node:path";

import { chromium, type Browser } from "playwright-core";

const ARGUMENTS = [
  // The tests may run as root in a container; they load only the page of their own stack.
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

interface Installation {
  executablePath: string;
  env: Record<string, string>;
}

/** Launches a headless Chromium with a temporary profile. */
export async function launch(): Promise<Browser> {
  const { executablePath, env } = fromEnvironment() ?? fromPackage() ?? fromPath() ?? notFound();
  return chromium.launch({ executablePath, env: { ...process.env, ...env }, args: ARGUMENTS });
}

function fromEnvironment(): Installation | undefined {
  const executablePath = process.env["CHROME"];
  return executablePath ? { executablePath, env: {} } : undefined;
}

/** The browser that `unpack-browser.mjs` unpacked, with the libraries and fonts that a bare machine lacks. */
function fromPackage(): Installation | undefined {
  const folder = process.env["CHATLOG_BROWSER"];
  // The package contains x64 binaries only.
  if (folder === undefined || process.arch !== "x64") return undefined;
  const executablePath = path.join(folder, "chromium");
  if (!existsSync(executablePath)) return undefined;
  const libraries = [path.join(folder, "al2023/lib"), process.env["LD_LIBRARY_PATH"]];
  const LD_LIBRARY_PATH = libraries.filter(Boolean).join(path.delimiter);
  return { executablePath, env: { LD_LIBRARY_PATH, FONTCONFIG_FILE: path.join(folder, "fonts.conf") } };
}

function fromPath(): Installation | undefined {
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

function notFound(): never {
  throw new Error(
    `no browser found: the packaged one needs x64, and this machine is ${process.arch}. Install Chromium (Debian: ` +
      "`apt install chromium`) or set $CHROME to the path of one.",
  );
}
