// Reads a file with h5wasm, HDF5 compiled to WebAssembly, as web viewers do.
// Run it from a folder in which h5wasm is installed.
import h5wasm from "h5wasm/node";

const [path, plane] = process.argv.slice(2);
await h5wasm.ready;
const file = new h5wasm.File(path, "r");
const values = (name) => Array.from(file.get(name).value, Number);
// JSON has no NaN.
const part = (name, slices) => Array.from(file.get(name).slice(slices), (value) => (Number.isNaN(value) ? null : value));
const frames = file.get(`acquisition/two_photon_series_${plane}_green/data`);
const [, width, height] = frames.shape;
const sides = file.get("events/licks/side").value;
console.log(JSON.stringify({
  subject: file.get("general/subject/subject_id").value,
  trial_numbers: values("intervals/trials/trial_number"),
  trial_types: file.get("intervals/trials/trial_type").value,
  touch_onsets_s: values("intervals/touches/start_time"),
  left_licks_s: values("events/licks/timestamp").filter((_, row) => sides[row] === "left"),
  angle: part("processing/behavior/whisker_angle_c2/data", [[0, 100]]),
  dff: part(`processing/ophys/DfOverF/dff_${plane}/data`, [[0, 20], [0, 1]]),
  frame: Array.from(frames.slice([[0, 1], [0, width], [0, height]])),
  frame_shape: [width, height],
}));
file.close();
