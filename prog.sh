sleep 0.15
echo "{\"step\": 1, \"score\": $1}"
echo "$1"
