// Drives the page that `geoul web build` made: node tests/web/run.mjs
//
//   CARGO_TARGET_DIR  where the native program is, and where the libraries of the tests go
//   GEOUL_PROGRAM     the native program (default $CARGO_TARGET_DIR/release/geoul)
//   GEOUL_PAGE        the folder of the page (default out/page)
//   CHROMIUM          the browser (default /usr/bin/chromium)
//
// Names given are files of tests to run: node tests/web/run.mjs engine page

const wanted = process.argv.slice(2);
for (const file of ["engine", "page", "app"]) {
  if (wanted.length === 0 || wanted.includes(file)) await import(`./${file}.mjs`);
}
