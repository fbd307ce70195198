"""`python -m msaclag` is `msaclag`."""

import sys

from msaclag.cli import main

sys.exit(main())
