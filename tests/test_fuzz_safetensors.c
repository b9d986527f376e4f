/* Replays the corpus of fuzz/fuzz_safetensors.c; see fuzz/README.md. */
#include "../fuzz/fuzz_safetensors.c"
#include "../fuzz/replay.h"

int main(int argc, char **argv)
{
    return fuzz_replay("safetensors", argc, argv);
}
