/* Every subcommand with its words and options: usage, mlw(1)'s test and dispatch read this. */
#include "core/cmd/cmd.h"

#define OUTPUT(formats)                                                                            \
    {                                                                                              \
        "output", 'o', OPTION_TEXT, formats, "form of what is printed"                             \
    }
/* of commands that wait for an execution */
#define TIMEOUT                                                                                    \
    {                                                                                              \
        "timeout", 0, OPTION_TEXT, "S", "leave with status 5 when it takes longer (90, 15m, 2h)"   \
    }
#define JUNIT                                                                                      \
    {                                                                                              \
        "junit", 0, OPTION_TEXT, "FILE", "write a JUnit report of its steps at the end"            \
    }
#define NOTIFY                                                                                     \
    {                                                                                              \
        "notify", 0, OPTION_FLAG, NULL, "call when it ends, waits or turns red"                    \
    }
#define ATTACHED                                                                                   \
    {                                                                                              \
        "attached", 0, OPTION_FLAG, NULL, "a signal, or the end of --timeout, stops the execution" \
    }
/* Nothing is asked without a screen: scripts may say so. */
#define YES                                                                                        \
    {                                                                                              \
        "yes", 0, OPTION_FLAG, NULL, "ask nothing, which no command does: for scripts that say so" \
    }
#define END                                                                                        \
    {                                                                                              \
        NULL, 0, OPTION_FLAG, NULL, NULL                                                           \
    }

const struct cmd_option cmd_global_options[] = {
    {"directory", 'C', OPTION_TEXT, "DIR", "work in DIR: the workspace is looked for from there"},
    {"context", 0, OPTION_TEXT, "CONTEXT", "show this context alone (local)"},
    {"read-only", 0, OPTION_FLAG, NULL, "refuse every action on anything shared"},
    {"open", 0, OPTION_TEXT, "LINE", "type this palette line before the first paint"},
    {"shot", 0, OPTION_TEXT, "FILE", "draw the view into FILE (.svg or .txt) and leave"},
    {"size", 0, OPTION_TEXT, "WxH", "columns and rows of --shot (80x24)"},
    {"theme", 0, OPTION_TEXT, "THEME", "colours; without it the terminal is asked for its ground"},
    {"plain", 0, OPTION_FLAG, NULL, "numbered lines instead of a screen, for screen readers"},
    {"no-color", 0, OPTION_FLAG, NULL, "attributes instead of colours"},
    {"help", 'h', OPTION_FLAG, NULL, "print usage"},
    {"version", 'V', OPTION_FLAG, NULL, "print the version"},
    END,
};

static const struct cmd_option demo_options[] = {
    {"epochs", 0, OPTION_TEXT, "N", "train for N epochs instead of 60"},
    END,
};
static const struct cmd_option new_options[] = {
    {"data", 0, OPTION_TEXT, "FILE", "a CSV file of your own, copied into the project"},
    {"target", 0, OPTION_TEXT, "COLUMN", "the column to predict"},
    END,
};
static const struct cmd_option status_options[] = {OUTPUT("text|json|line"), END};
static const struct cmd_option ack_options[] = {
    {"reason", 0, OPTION_TEXT, "TEXT", "why it needs nobody; always needed"},
    END,
};
#define SOURCE                                                                                     \
    {                                                                                              \
        "source", 0, OPTION_TEXT, "PATH", "of tracking data on disk, not of the workspace"         \
    }
static const struct cmd_option doctor_options[] = {
    {"source", 0, OPTION_TEXT, "PATH", "what of this tracking data cannot be read"},
    OUTPUT("text|json"),
    END,
};
static const struct cmd_option ls_options[] = {
    {"filter", 0, OPTION_TEXT, "EXPR", "rows that it lets through"},
    {"sort", 0, OPTION_TEXT, "KEY[:desc]", "order, several keys with commas between"},
    {"limit", 0, OPTION_TEXT, "N", "at most N rows"},
    {"columns", 0, OPTION_TEXT, "A,B", "these fields, in this order"},
    {"parent", 0, OPTION_TEXT, "ID", "of this execution, model, pipeline or experiment alone"},
    SOURCE,
    {"view", 0, OPTION_TEXT, "active|deleted|all", "which runs of a source (active)"},
    {"cached", 0, OPTION_FLAG, NULL, "fetch nothing"},
    {"expect", 0, OPTION_TEXT, "none|some|N", "exit 1 if another number of rows match"},
    OUTPUT("table|json|jsonl|csv|tsv"),
    END,
};
static const struct cmd_option show_options[] = {SOURCE, OUTPUT("text|json"), END};
static const struct cmd_option compare_options[] = {
    {"diff", 0, OPTION_FLAG, NULL, "only fields that differ"},
    {"baseline", 0, OPTION_TEXT, "ID", "the one that the others are measured against (the first)"},
    SOURCE,
    OUTPUT("table|json|csv|tsv"),
    END,
};
static const struct cmd_option history_options[] = {SOURCE, OUTPUT("table|json|jsonl|csv|tsv"),
                                                    END};
static const struct cmd_option logs_options[] = {
    {"follow", 'f', OPTION_FLAG, NULL, "go on until the attempt has ended"},
    {"raw", 0, OPTION_FLAG, NULL, "the bytes as they are, control sequences too"},
    END,
};
static const struct cmd_option check_options[] = {
    {"name", 0, OPTION_TEXT, "NAME", "the pipeline's name, instead of the file's"},
    OUTPUT("text|json"),
    END,
};
static const struct cmd_option run_options[] = {
    {"param", 'p', OPTION_LIST, "K=V", "value of a parameter; may come several times"},
    {"name", 0, OPTION_TEXT, "NAME", "the pipeline's name, instead of the file's"},
    {"plan", 0, OPTION_FLAG, NULL, "say what each step would do, and start nothing"},
    OUTPUT("text|json"),
    {"detach", 0, OPTION_FLAG, NULL, "print the id and leave; the execution goes on"},
    {"parallel", 0, OPTION_TEXT, "N", "at most N jobs at a time (the number of cores)"},
    {"retry-on-exit", 0, OPTION_TEXT, "N", "launch a job again, N times, when its script fails"},
    ATTACHED,
    TIMEOUT,
    JUNIT,
    NOTIFY,
    END,
};
static const struct cmd_option watch_options[] = {
    {"for", 0, OPTION_TEXT, "FILTER", "until it lets the thing through; 1 when it no longer can"},
    TIMEOUT,
    JUNIT,
    NOTIFY,
    OUTPUT("jsonl"),
    END,
};
static const struct cmd_option retry_options[] = {
    {"detach", 0, OPTION_FLAG, NULL, "leave at once; the execution goes on"},
    ATTACHED,
    TIMEOUT,
    JUNIT,
    NOTIFY,
    END};
static const struct cmd_option stop_options[] = {YES, END};
static const struct cmd_option gate_options[] = {
    {"reason", 0, OPTION_TEXT, "TEXT", "why; a rejection needs one"},
    {"output", 0, OPTION_LIST, "K=V", "an output of a callback step; may come several times"},
    {"format", 'o', OPTION_TEXT, "table|json", "form of what ls prints"},
    YES,
    END,
};

const struct cmd_info cmd_table[] = {
    {"demo", "[DIR]", "lay down the demo project, start its pipeline and watch it", 0, 1,
     demo_options, cmd_demo, false},
    {"new", "TEMPLATE DIR", "lay down a project: tabular, for a CSV file of your own", 2, 2,
     new_options, cmd_new, false},
    {"init", "[DIR]", "make a workspace", 0, 1, NULL, cmd_init, false},
    {"doctor", "", "say what works on this machine and what does not", 0, 0, doctor_options,
     cmd_doctor, false},
    {"status", "", "say what is red, waits and runs; exit 1 if anything is red", 0, 0,
     status_options, cmd_status, false},
    {"ls", "KIND", "list things of a kind", 1, 1, ls_options, cmd_ls, false},
    {"show", "KIND ID", "print everything known about one thing", 2, 2, show_options, cmd_show,
     false},
    {"compare", "ID ID...", "print params and metrics of runs or model versions side by side", 2,
     200, compare_options, cmd_compare, false},
    {"history", "RUN METRIC", "print every point of a metric's curve", 2, 2, history_options,
     cmd_history, false},
    {"logs", "EXEC[/STEP[/N]]", "print the log of a step's attempt", 1, 1, logs_options, cmd_logs,
     false},
    {"check", "FILE", "check and plan a pipeline definition", 1, 1, check_options, cmd_check,
     false},
    {"run", "PIPELINE|FILE", "start a pipeline and wait for its end", 1, 1, run_options, cmd_run,
     false},
    {"watch", "EXEC | KIND ID", "wait for the end of an execution, or for a thing to change", 1, 2,
     watch_options, cmd_watch, false},
    {"stop", "EXEC", "stop an execution", 1, 1, stop_options, cmd_stop, false},
    {"retry", "EXEC", "run again what did not succeed, and wait", 1, 1, retry_options, cmd_retry,
     false},
    {"ack", "KIND ID", "put aside what is red or waits, until its state changes", 2, 2, ack_options,
     cmd_ack, false},
    {"gate", "ls|approve|reject [TOKEN]", "list and decide what waits for a person", 1, 2,
     gate_options, cmd_gate, false},
    {"cp", "A B", "copy a file to s3://BUCKET/KEY of this workspace, or back", 2, 2, NULL, cmd_cp,
     false},
    {"help", "[COMMAND|KIND]", "print usage, or the fields of a kind", 0, 1, NULL, cmd_help, false},
    {"completion", "bash|zsh|fish", "print the shell's completion, for it to read", 1, 1, NULL,
     cmd_completion, false},
    {"complete", "[-- WORD...]", "say what may follow (what the shells' completion asks)", 0, 10000,
     NULL, cmd_complete, true},
    {"drive", "EXEC", "drive an execution to its end (what run starts)", 1, 1, NULL, cmd_drive,
     true},
    {NULL, NULL, NULL, 0, 0, NULL, NULL, false},
};
