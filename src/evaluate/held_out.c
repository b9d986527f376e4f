#include "evaluate/held_out.h"

enum cr_status cr_held_out_open(struct cr_held_out *held, struct cr_context *context, const struct cr_run *run,
                                const struct cr_data_options *options, struct cr_error *err)
{
    struct cr_data_section section;
    *held = (struct cr_held_out){0};
    CR_TRY(
        cr_bind(run->config, cr_data_section_options, cr_node_get(cr_config_root(run->config), "data"), &section, err));
    CR_TRY(cr_dataset_open(&held->dataset, context, run->config, section.source, CR_PART_TRAIN, options, err));
    CR_TRY(cr_split_new(&held->split, held->dataset, &section, err));
    return cr_run_accepts(run, held->dataset, err);
}

void cr_held_out_free(struct cr_held_out *held)
{
    cr_split_free(held->split);
    cr_dataset_free(held->dataset);
    *held = (struct cr_held_out){0};
}
