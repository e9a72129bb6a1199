"""The optimum of a cover by HiGHS: highs.py MODEL.lp SECONDS prints columns, bound and CPU seconds."""
import resource
import sys

import highspy

solver = highspy.Highs()
solver.setOptionValue("output_flag", False)
solver.setOptionValue("threads", 1)
solver.setOptionValue("time_limit", float(sys.argv[2]))
# A cover of less than one column more is none.
solver.setOptionValue("mip_abs_gap", 0.999)
solver.readModel(sys.argv[1])
solver.run()
info = solver.getInfo()
used = resource.getrusage(resource.RUSAGE_SELF)
print(round(info.objective_function_value), info.mip_dual_bound, used.ru_utime + used.ru_stime)
