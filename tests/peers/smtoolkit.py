"""What the real sagemaker-training toolkit makes of a job's folder (SAGEMAKER_BASE_DIR): its variables
and the command it would run, as "NAME=VALUE" and arguments, each ended by a NUL."""
import os
import sys

from sagemaker_training import environment, mapping, process

env = environment.Environment()
variables = env.to_env_vars()
for name in ("CURRENT_HOST", "SAGEMAKER_JOB_NAME", "SAGEMAKER_REGION"):
    variables[name] = os.environ[name]
runner = process.ProcessRunner(env.user_entry_point, mapping.to_cmd_args(env.hyperparameters), variables, 1)
parts = [name + "=" + variables[name] for name in sorted(variables)]
parts.append("")
parts += ["python3" if word == sys.executable else word for word in runner._create_command()]
sys.stdout.buffer.write(b"".join(part.encode() + b"\0" for part in parts))
