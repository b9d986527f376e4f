#!/bin/sh
# Makes docs/demo.svg, the README's picture, from what the program really prints on a terminal: script(1) gives one.
set -eu
cd "$(dirname "$0")/.."

program=$PWD/build/cradle
sample=$PWD/examples/digit.png
target=$PWD/docs/demo.svg
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
cp "$sample" digit.png
export LC_ALL=C.UTF-8 TERM=xterm COLUMNS=80
mkdir bin
ln -s "$program" bin/cradle
PATH=$PWD/bin:$PATH

# shot FILE COMMAND...: the command behind a prompt, and what it prints; of painted lines nothing is left.
shot() {
    file=$1
    shift
    {
        printf '\033[1m$ %s\033[0m\n' "$*"
        script -qec "$*" /dev/null </dev/null | tr '\r' '\n' | sed 's/\x1b\[K//' | grep -v -e '^$' -e '^epoch ' || true
    } >>"$file"
}
shot left cradle train
shot right cradle test runs/digits
echo >>right
shot right cradle predict runs/digits digit.png

# Of the epochs the first four and the last four; the columns' heads stand apart.
awk '/^ *[0-9]+\/[0-9]+ / { rows++; row[rows] = $0; next }
     rows && !told { for (i = 1; i <= rows; i++) { if (i <= 4 || i > rows - 4) print row[i]; else if (i == 5) print "      ..." } told = 1 }
     /epoch +cost/ { print "" }
     { print }' left >left.short

# The picture that is asked about stands beside the answer.
pixels=$(base64 digit.png | tr -d '\n')
awk -v pixels="$pixels" '
     function escaped(text) { gsub(/&/, "\\&amp;", text); gsub(/</, "\\&lt;", text); return text }
     FNR == 1 { panel++; y = 34 }
     {
         text = escaped($0)
         gsub(/ /, "\302\240", text) # spaces that no renderer makes one of
         gsub(/\033\[1m/, "<tspan font-weight=\"bold\" fill=\"#ffffff\">", text)
         gsub(/\033\[2m/, "<tspan fill=\"#8b949e\">", text)
         gsub(/\033\[0m/, "</tspan>", text)
         body = body sprintf("<text x=\"%d\" y=\"%d\">%s</text>\n", panel == 1 ? 20 : 640, y, text)
         y += 17
         if (y > bottom) bottom = y
     }
     END {
         printf "<svg xml:space=\"preserve\" xmlns=\"http://www.w3.org/2000/svg\" width=\"1180\" height=\"%d\" viewBox=\"0 0 1180 %d\"", bottom, bottom
         print " font-family=\"ui-monospace, SFMono-Regular, Menlo, Consolas, DejaVu Sans Mono, monospace\" font-size=\"13\" fill=\"#c9d1d9\">"
         print "<title>cradle train, cradle test and cradle predict on a terminal</title>"
         print "<rect width=\"100%\" height=\"100%\" rx=\"8\" fill=\"#0d1117\"/>"
         printf "%s", body
         print "<image x=\"900\" y=\"370\" width=\"96\" height=\"96\" style=\"image-rendering: pixelated\" href=\"data:image/png;base64," pixels "\"/>"
         print "</svg>"
     }' left.short right >"$target"
echo "$target is made."
