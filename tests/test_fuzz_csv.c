/* Replays the corpus of fuzz/fuzz_csv.c; see fuzz/README.md. */
#include "../fuzz/fuzz_csv.c"
#include "../fuzz/replay.h"

int main(int argc, char **argv)
{
    return fuzz_replay("csv", argc, argv);
}
