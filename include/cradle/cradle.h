/*
 * cradle.h - all of Cradle: training neural networks in C, from files to a deployed classifier.
 */
#ifndef CRADLE_CRADLE_H
#define CRADLE_CRADLE_H

#include <cradle/base.h>
#include <cradle/config.h>
#include <cradle/kernels.h>
#include <cradle/graph.h>
#include <cradle/model.h>
#include <cradle/data.h>
#include <cradle/train.h>
#include <cradle/experiment.h>
#include <cradle/babysit.h>
#include <cradle/evaluate.h>
#include <cradle/tune.h>
#include <cradle/export.h>
#include <cradle/report.h>

#endif
