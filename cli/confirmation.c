#include "confirmation.h"

#include <stdio.h>

#include "json.h"
#include "screen.h"

void confirmation_tell(const struct cr_confirmation *tried)
{
    printf("  %-9s in %lld steps from the %s the loss is %.4g instead of %.4g",
           tried->confirmed ? "confirmed" : "refuted", (long long)tried->steps,
           tried->from_checkpoint ? "last checkpoint" : "beginning", tried->loss[1], tried->loss[0]);
    if (tried->gain == tried->gain)
        printf(" (lower by %.3g +- %.2g)", tried->gain, tried->error);
    if (tried->validated)
        printf(", validation accuracy %.4f instead of %.4f", tried->accuracy[1], tried->accuracy[0]);
    printf("\n");
}

void confirmation_json(const struct cr_confirmation *tried)
{
    printf(", \"confirmation\": {\"confirmed\": %s, \"steps\": %lld, \"from_checkpoint\": %s",
           tried->confirmed ? "true" : "false", (long long)tried->steps, tried->from_checkpoint ? "true" : "false");
    const struct {
        const char *key;
        double value;
    } numbers[] = {{"loss", tried->loss[0]},
                   {"loss_changed", tried->loss[1]},
                   {"gain", tried->gain},
                   {"error", tried->error},
                   {"validation_accuracy", tried->accuracy[0]},
                   {"validation_accuracy_changed", tried->accuracy[1]}};
    for (int i = 0; i < (tried->validated ? 6 : 4); i++) {
        printf(", \"%s\": ", numbers[i].key);
        json_number(numbers[i].value);
    }
    printf("}");
}
