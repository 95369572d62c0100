// Runs pytest on a build of CPython for WebAssembly (npm's "pyodide"):
//
//     node wasm.mjs PYODIDE PACKAGES CHECKOUT [PYTEST ARGUMENT]...
//
// PACKAGES has become site-packages, and CHECKOUT is the folder that pytest runs in. The exit
// status is pytest's, and 3 as well where the interpreter itself broke.
import { fileURLToPath, pathToFileURL } from "node:url";
import { Worker, isMainThread } from "node:worker_threads";

const BROKEN = 3;

function inWorker() {
  // A thread's stack has the size that it is asked for, the process's that of the shell.
  const worker = new Worker(fileURLToPath(import.meta.url), {
    argv: process.argv.slice(2),
    resourceLimits: { stackSizeMb: 64, maxOldGenerationSizeMb: 2048 },
  });
  worker.on("error", (error) => {
    console.error(error.message);
    process.exitCode = BROKEN;
  });
  worker.on("exit", (status) => {
    process.exitCode ||= status;
  });
}

async function run(pyodide, packages, checkout, ...args) {
  for (const [number, stream] of [process.stdin, process.stdout, process.stderr].entries()) {
    stream.fd = number; // a worker's streams lack it
  }
  const { loadPyodide } = await import(pathToFileURL(`${pyodide}/pyodide.mjs`).href);
  const python = await loadPyodide({ indexURL: `${pyodide}/`, env: { HOME: "/home" } });
  const site = python.runPython("import sysconfig; sysconfig.get_path('purelib')");
  for (const [root, folder] of [[packages, site], [checkout, "/checkout"]]) {
    python.FS.mkdirTree(folder);
    python.FS.mount(python.FS.filesystems.NODEFS, { root }, folder);
  }
  python.globals.set("args", python.toPy(args));
  return python.runPython(`
import os
os.chdir("/checkout")
import pytest
int(pytest.main(args))
`);
}

if (isMainThread) {
  inWorker();
} else {
  try {
    process.exit(await run(...process.argv.slice(2)));
  } catch (error) {
    console.error(error.message);
    process.exit(BROKEN);
  }
}
