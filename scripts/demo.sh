#!/usr/bin/env bash
# The main job on a small synthetic data set: makes it, converts it, and draws what is in the NWB files.
# Usage: scripts/demo.sh [OUTPUT]    (demo-output in the checkout, where no folder is given)
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/environment.sh"
output=${1:-"$root/demo-output"}
echo "This makes two small synthetic sessions, converts them to NWB, compares every value with its source, and draws"
echo "them. It takes about a minute; the first time, some minutes more for packages in $root/.venv."
use_environment .venv "[all,test]"

echo
echo "1. Make and convert two sessions. Lost whisker samples, a video with a frame too many and ROIs without a trace are"
echo "   made up on purpose: real sessions have them too, and the warnings name them."
ssc-to-nwb demo "$output" --overwrite

echo
echo "2. Draw a page per session, and one trial."
ssc-to-nwb report "$output/nwb" -o "$output/report" > /dev/null
ssc-to-nwb plot-trial "$output"/nwb/sub-an900001 --trial 8 -o "$output/trial.png" > /dev/null

echo
echo "Open these:"
echo "  $output/report/index.html"
echo "  $output/trial.png"
