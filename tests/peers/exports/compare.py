"""Probabilities [pictures][classes] as floats against those of `cradle predict --json --top 10`: compare.py NAME JSON FLOATS"""
import array
import json
import sys

name, wanted, found = sys.argv[1:]
rows = json.load(open(wanted))
classes = sorted(entry["class"] for entry in rows[0]["top"])
answers = array.array("f", open(found, "rb").read())
if len(answers) != len(rows) * len(classes):
    sys.exit("%s: %d probabilities, expected %d" % (name, len(answers), len(rows) * len(classes)))
most = 0
for i, row in enumerate(rows):
    for entry in row["top"]:
        most = max(most, abs(entry["probability"] - answers[i * len(classes) + classes.index(entry["class"])]))
print("%s: %d pictures, probabilities off by at most %.2g" % (name, len(rows), most))
sys.exit(not most <= 1e-4)
