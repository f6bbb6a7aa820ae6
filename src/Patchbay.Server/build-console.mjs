// Builds the web console once, however many builds of the server run at the same time:
//   node build-console.mjs CONSOLE_FOLDER STAMP_FILE API_DESCRIPTION
// The stamp holds a fingerprint of all sources, so that a build which waited for another finds its work done.
import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, utimesSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";

const [folder, stamp, description] = process.argv.slice(2);
const lock = `${stamp}.lock`;
const staleAfterMs = 60_000;
const generated = join(folder, "src", "api", "schema.d.ts");

mkdirSync(dirname(stamp), { recursive: true });
await acquire();
const beat = setInterval(() => utimesSync(lock, new Date(), new Date()), 5_000);
let code = 0;
try {
  await build();
} catch (error) {
  console.error(`console: ${error.message}`);
  code = 1;
} finally {
  clearInterval(beat);
  rmSync(lock, { recursive: true, force: true });
}
process.exit(code);

async function build() {
  const sources = fingerprint(["src", "public", "index.html", "package.json", "package-lock.json", "vite.config.ts", "tsconfig.json"]
    .map((name) => join(folder, name)).concat(description));
  const dist = join(folder, "dist");
  if (existsSync(join(dist, "index.html")) && readStamp(stamp) === sources) {
    writeFileSync(stamp, sources);
    return;
  }

  const packages = fingerprint([join(folder, "package.json"), join(folder, "package-lock.json")]);
  const installed = join(folder, "node_modules", ".patchbay-stamp");
  if (readStamp(installed) !== packages) {
    console.log("console: npm ci");
    await run("npm", ["ci", "--no-audit", "--no-fund", "--loglevel=error"]);
    writeFileSync(installed, packages);
  }

  // Built aside and moved into place, so that a running server never serves half a console.
  console.log("console: npm run build");
  const fresh = join(folder, "node_modules", ".patchbay-dist");
  const old = join(folder, "node_modules", ".patchbay-dist-old");
  rmSync(fresh, { recursive: true, force: true });
  await run("npm", ["run", "--silent", "build", "--", "--outDir", fresh, "--emptyOutDir", "--logLevel", "warn"]);
  rmSync(old, { recursive: true, force: true });
  if (existsSync(dist)) {
    renameSync(dist, old);
  }

  renameSync(fresh, dist);
  rmSync(old, { recursive: true, force: true });
  writeFileSync(stamp, sources);
}

function run(command, args) {
  const shell = process.platform === "win32";
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { cwd: folder, stdio: ["ignore", "pipe", "pipe"], shell });
    let said = "";
    child.stdout.on("data", (text) => said += text);
    child.stderr.on("data", (text) => said += text);
    child.on("error", reject);
    child.on("close", (exit) => exit === 0
      ? resolve()
      : reject(new Error(`${command} ${args[0]} failed with exit code ${exit}\n${said.trim()}`)));
  });
}

function fingerprint(paths) {
  const hash = createHash("sha256");
  const visit = (path) => {
    if (!existsSync(path) || path === generated) {
      return;
    }

    if (statSync(path).isDirectory()) {
      readdirSync(path).sort().forEach((name) => visit(join(path, name)));
      return;
    }

    hash.update(path.slice(folder.length)).update("\0").update(readFileSync(path)).update("\0");
  };
  paths.forEach(visit);
  return hash.digest("hex");
}

function readStamp(path) {
  return existsSync(path) ? readFileSync(path, "utf8").trim() : "";
}

async function acquire() {
  for (;;) {
    try {
      mkdirSync(lock);
      return;
    } catch (error) {
      if (error.code !== "EEXIST") {
        throw error;
      }
    }

    try {
      // The holder touches its lock; one that is not touched for a minute belongs to a process that died.
      if (Date.now() - statSync(lock).mtimeMs > staleAfterMs) {
        rmSync(lock, { recursive: true, force: true });
        continue;
      }
    } catch {
      continue;
    }

    await new Promise((resolve) => setTimeout(resolve, 200));
  }
}
