// How fast onnxruntime answers: onnx_speed.js MODEL HEIGHT WIDTH CHANNELS BATCH THREADS SECONDS prints the pictures a
// second, milliseconds and MiB of the median call. The model is one that `cradle export --format onnx` wrote.
const { performance } = require("perf_hooks");
const runtime = require("onnxruntime-node");

const TURNS = 12;
const WARM_UP = 10;
const LEAST = 5;

async function main(model, ...words) {
  const [height, width, channels, batch, threads, seconds] = words.map(Number);
  const session = await runtime.InferenceSession.create(model, {
    intraOpNumThreads: threads,
    interOpNumThreads: 1,
    graphOptimizationLevel: "all",
  });
  const size = batch * height * width * channels;
  const tensors = [];
  for (let turn = 0; turn < TURNS; turn++) {
    const pixels = Uint8Array.from({ length: size }, (_, i) => ((turn * size + i) * 40503) >> 7);
    tensors.push(new runtime.Tensor("uint8", pixels, [batch, height, width, channels]));
  }
  const times = [];
  const began = performance.now();
  for (let call = 0; times.length < LEAST || performance.now() - began < 1e3 * seconds; call++) {
    const start = performance.now();
    await session.run({ pixels: tensors[call % TURNS] });
    if (call >= WARM_UP) times.push(performance.now() - start);
  }
  times.sort((a, b) => a - b);
  const median = times[times.length >> 1];
  const mib = process.resourceUsage().maxRSS / 1024;
  console.log(model, ((1e3 * batch) / median).toFixed(1), median.toFixed(4), mib.toFixed(0));
}

main(...process.argv.slice(2)).catch((error) => {
  console.error(String(error));
  process.exit(1);
});
