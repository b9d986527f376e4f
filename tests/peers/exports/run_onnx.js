// Runs an exported file under onnxruntime on pictures drawn by a rule, some at once: run_onnx.js MODEL PIXELS PROBABILITIES
const fs = require("fs");
const runtime = require("onnxruntime-node");

// The sides of the input stand in the file's shape: N, height, width, channels.
async function main(model, pixelsFile, probabilitiesFile) {
  const session = await runtime.InferenceSession.create(model);
  const meta = session.inputMetadata;
  const sides = meta && meta[0] && meta[0].shape ? meta[0].shape.slice(1) : sidesOf(fs.readFileSync(model));
  const size = sides.reduce((a, b) => a * b, 1);
  const count = 40;
  const pixels = new Uint8Array(count * size);
  let state = 1;
  for (let i = 0; i < pixels.length; i++) {
    state = (Math.imul(state, 1103515245) + 12345) & 0x7fffffff;
    pixels[i] = state >> 16;
  }
  const answers = [];
  for (const [begin, end] of [[0, 1], [1, 8], [8, count]]) {
    const part = new runtime.Tensor("uint8", pixels.subarray(begin * size, end * size), [end - begin, ...sides]);
    answers.push(...(await session.run({ pixels: part })).probabilities.data);
  }
  fs.writeFileSync(pixelsFile, pixels);
  fs.writeFileSync(probabilitiesFile, Buffer.from(Float32Array.from(answers).buffer));
}

// Older runtimes do not tell: the metadata of the file do, as "height", "width", "channels" and their values.
function sidesOf(bytes) {
  const text = bytes.toString("latin1");
  return ["height", "width", "channels"].map((key) => Number(text.match(new RegExp(key + "\\x12.([0-9]+)"))[1]));
}

main(...process.argv.slice(2)).catch((error) => {
  console.error(String(error));
  process.exit(1);
});
