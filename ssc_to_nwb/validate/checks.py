"""Import this module to let nwbinspector run the checks of this project, in Python or from its command line.

nwbinspector FOLDER --modules ssc_to_nwb.validate.checks
"""

from __future__ import annotations

from nwbinspector import available_checks

from ssc_to_nwb.validate.inspection import project_checks

available_checks.extend(check for check in project_checks() if check not in available_checks)
