/* Replays the corpus of fuzz/fuzz_config.c; see fuzz/README.md. */
#include "../fuzz/fuzz_config.c"
#include "../fuzz/replay.h"

int main(int argc, char **argv)
{
    return fuzz_replay("config", argc, argv);
}
