// Several files as one archive (tar): a header before each, which refers to the file and does not copy it.
const BLOCK = 512;
const text = new TextEncoder();

const header = (name, size, seconds, kind) => {
  const bytes = new Uint8Array(BLOCK);
  const write = (at, words) => bytes.set(text.encode(words), at);
  const octal = (number, digits) => number.toString(8).padStart(digits, "0");
  write(0, name);
  write(100, "0000644\0");
  write(124, `${octal(size, 11)}\0`);
  write(136, `${octal(seconds, 11)}\0`);
  write(148, " ".repeat(8)); // the checksum counts its own place as spaces
  write(156, kind);
  write(257, "ustar\0" + "00");
  write(148, `${octal(bytes.reduce((sum, byte) => sum + byte, 0), 6)}\0`);
  return bytes;
};

const padding = (size) => new Uint8Array((BLOCK - (size % BLOCK)) % BLOCK);

// The path is a record of its own (pax), as long as it may be; its line begins with its own length.
const pathRecord = (path) => {
  const rest = text.encode(` path=${path}\n`).length;
  let length = rest + String(rest).length;
  length = rest + String(length).length;
  return text.encode(`${length} path=${path}\n`);
};

export const packed = (files) =>
  new Blob([
    ...files.flatMap(({ path, file }) => {
      const record = pathRecord(path);
      const seconds = Math.floor(file.lastModified / 1000);
      return [
        header("path", record.length, seconds, "x"),
        record,
        padding(record.length),
        header("file", file.size, seconds, "0"),
        file,
        padding(file.size),
      ];
    }),
    new Uint8Array(2 * BLOCK),
  ]);
