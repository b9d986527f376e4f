# web/dist/report.html is what web/ makes: by the checksum of its sources that stands in it, and where Node and its
# packages are there, by building it anew.
set -u
web=$CRADLE_SOURCE/web
page=$web/dist/report.html

sources=$(sh "$web/sources.sh")
grep -q "sources $sources" "$page" || {
    echo "web/dist/report.html is older than its sources: run make web"
    exit 1
}
[ "$(grep -c '<!--cradle-data-->' "$page")" = 1 ] || {
    echo "web/dist/report.html has no place for data, or more than one"
    exit 1
}
if command -v node >/dev/null && [ -d "$web/node_modules" ]; then
    node "$web/build.mjs" "$PWD/report.html" >log 2>&1 || {
        cat log
        exit 1
    }
    cmp "$page" report.html || {
        echo "web/dist/report.html differs from what its sources make: run make web"
        exit 1
    }
else
    echo "Not built anew: no Node, or no web/node_modules (make web)"
fi
