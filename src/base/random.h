/*
 * Counter-based random numbers: Philox4x32-10 (Salmon et al. 2011, SC11, through Random123). A stream is a pure
 * function of (seed, purpose, epoch, sample): no draw depends on which were made before, on threads or on workers.
 */
#ifndef CR_BASE_RANDOM_H
#define CR_BASE_RANDOM_H

#include <stdint.h>

/* Never renumber: seeds would then give other results. */
enum cr_purpose {
    CR_RANDOM_LIMIT = 1,
    CR_RANDOM_SPLIT = 2,
    CR_RANDOM_SHUFFLE = 3,
    CR_RANDOM_INIT = 4,    /* sample: hash of the parameter's name */
    CR_RANDOM_DROPOUT = 5, /* epoch: the step; sample: row in the batch + node number << 32 */
    CR_RANDOM_AUGMENT = 6,
    CR_RANDOM_TEST = 7,
    CR_RANDOM_TUNE = 8, /* epoch: the trial's number; sample: which of a sampler's draws */
    CR_RANDOM_MIX = 9,  /* sample: the batch of the epoch */
};

struct cr_random {
    uint32_t key[2], counter[4];
    uint32_t words[4];
    int used; /* of words; 4: draw anew */
};

struct cr_random cr_random_at(uint64_t seed, enum cr_purpose purpose, uint64_t epoch, uint64_t sample);
uint32_t cr_random_u32(struct cr_random *random);
uint64_t cr_random_below(struct cr_random *random, uint64_t bound); /* 0..bound-1, without bias */
double cr_random_uniform(struct cr_random *random);                 /* [0, 1), 53 bits */
double cr_random_normal(struct cr_random *random);                  /* mean 0, deviation 1 */
void cr_random_shuffle(struct cr_random *random, int64_t *items, int64_t count);

#endif
