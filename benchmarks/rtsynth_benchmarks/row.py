"""The process of one row: `python -m rtsynth_benchmarks.row NAME OPTIONS`, started by `running`.

Says what it finds as it finds it, a line of JSON each: [kind, value]. It ends with SIGTERM, and with its
parent, whose end closes the standard input.
"""

import importlib
import json
import os
import signal
import sys
import threading
from collections.abc import Callable
from dataclasses import astuple
from typing import Any

from rtsynth_engine.errors import EngineError

from .context import Context, Options
from .figures import NotMeasured


def main() -> None:
    """Run the row; what cannot be measured here is a remark."""
    row, options = sys.argv[1], Options(**json.loads(sys.argv[2]))
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    threading.Thread(target=_end_with_parent, daemon=True).start()
    say = speaker()
    try:
        for figure in importlib.import_module(f"rtsynth_benchmarks.rows.{row}").run(Context(options, say)):
            say("figure", astuple(figure))
    except (NotMeasured, EngineError) as error:
        say("remark", f"not measured: {error}")
    except KeyboardInterrupt:
        sys.exit(130)


def speaker() -> Callable[[str, Any], None]:
    """A function that writes [kind, value] where standard output was; what libraries print goes to the error
    stream.
    """
    out = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)

    def say(kind: str, value: Any) -> None:
        out.write(json.dumps([kind, value]) + "\n")
        out.flush()

    return say


def _end_with_parent() -> None:
    while os.read(0, 4096):
        pass
    os.kill(os.getpid(), signal.SIGTERM)


if __name__ == "__main__":
    main()
