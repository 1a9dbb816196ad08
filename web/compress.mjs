// Writes each script and style sheet of the folder given as argument compressed beside itself, for browsers that take it so.
import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { brotliCompress, gzip } from "node:zlib";

const ENDINGS = { ".br": promisify(brotliCompress), ".gz": promisify(gzip) };

const folder = process.argv[2];
const names = (await readdir(folder)).filter((name) => /\.(js|css)$/.test(name));
await Promise.all(
  names.map(async (name) => {
    const content = await readFile(join(folder, name));
    for (const [ending, compressed] of Object.entries(ENDINGS)) {
      await writeFile(join(folder, name + ending), await compressed(content));
    }
  }),
);
