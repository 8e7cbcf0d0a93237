//! Unpacks the browser of an npm package, with its libraries and fonts, into $TMPDIR. Runs once, at installation.

import { writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import path from "node:path";

import { inflate } from "@sparticuz/chromium";

const require = createRequire(import.meta.url);
const archives = path.join(path.dirname(require.resolve("@sparticuz/chromium")), "../bin");
for (const archive of ["chromium.br", "swiftshader.tar.br", "al2023.tar.br", "fonts.tar.br"]) {
  await inflate(path.join(archives, archive));
}

// The packaged configuration expects the fonts in /tmp.
writeFileSync(
  path.join(tmpdir(), "fonts.conf"),
  `<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig>
  <dir>${path.join(tmpdir(), "fonts")}</dir>
  <cachedir>${path.join(tmpdir(), "fonts-cache")}</cachedir>
</fontconfig>
`,
);
