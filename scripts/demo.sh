#!/usr/bin/env bash
# The main job on a small synthetic data set: makes it, converts it, and shows what is in the NWB files.
# Usage: scripts/demo.sh [OUTPUT]    (demo-output in the checkout, where no folder is given)
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/environment.sh"
output=${1:-"$root/demo-output"}
use_environment .venv "[all,test]"
ssc-to-nwb demo "$output" --overwrite
for file in "$output"/nwb/sub-*/*.nwb; do
    python "$root/scripts/show_nwb.py" "$file"
done
ssc-to-nwb report "$output"/nwb/sub-*/*.nwb -o "$output/report" > /dev/null
echo "Report: $output/report/index.html"
echo "NWB files:"
ls -1 "$output"/nwb/sub-*/*.nwb
