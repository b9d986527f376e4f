// Runs an exported file under onnxruntime, some pictures at once: run_onnx.js MODEL PIXELS PROBABILITIES
const fs = require("fs");
const runtime = require("onnxruntime-node");

async function main(model, pixelsFile, probabilitiesFile) {
  const session = await runtime.InferenceSession.create(model);
  const sides = sidesOf(fs.readFileSync(model));
  const size = sides.reduce((a, b) => a * b, 1);
  const pixels = new Uint8Array(fs.readFileSync(pixelsFile));
  const count = pixels.length / size;
  const answers = [];
  for (let begin = 0, step = 1; begin < count; begin += step, step = Math.min(2 * step, 50)) {
    const end = Math.min(begin + step, count);
    const part = new runtime.Tensor("uint8", pixels.subarray(begin * size, end * size), [end - begin, ...sides]);
    answers.push(...(await session.run({ pixels: part })).probabilities.data);
  }
  fs.writeFileSync(probabilitiesFile, Buffer.from(Float32Array.from(answers).buffer));
}

// The metadata of the file tell them: "height", "width", "channels" and their values.
function sidesOf(bytes) {
  const text = bytes.toString("latin1");
  return ["height", "width", "channels"].map((key) => Number(text.match(new RegExp(key + "\\x12.([0-9]+)"))[1]));
}

main(...process.argv.slice(2)).catch((error) => {
  console.error(String(error));
  process.exit(1);
});
