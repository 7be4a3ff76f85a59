/* drive_runs: training jobs become runs. Part of the driver; see drive.h.
 *
 * An attempt at a Training step is a run whose uid is the attempt's token, in the experiment that
 * PipelineExperimentConfig names, else the pipeline's name. Other steps: they do nothing, but for
 * drive_inputs. */
#ifndef MLW_PIPELINE_DRIVE_RUNS_H
#define MLW_PIPELINE_DRIVE_RUNS_H

#include "core/pipeline/drive.h"

/* What goes into the job: [{name, uri, digest, size}], the last two null where it cannot be read.
 * `attributes` of its cache key, or NULL: digests that need not be made again. Kept in the step. */
const struct json *drive_inputs(struct driver *d, size_t index, const struct json *attributes);
MUST_USE bool drive_begin_run(struct driver *d, size_t index); /* in a transaction */
/* `status` is the step's word; in a transaction. */
MUST_USE bool drive_end_run(struct driver *d, size_t index, const char *status);
/* The last value of each metric, as DescribeTrainingJob gives it: FinalMetricDataList in `output`.
 * A value that JSON has no word for is left out. */
MUST_USE bool drive_final_metrics(struct driver *d, size_t index, struct json *output);
void drive_resume_run(struct driver *d, size_t index);

#endif
