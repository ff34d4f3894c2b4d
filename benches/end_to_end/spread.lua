-- wrk's script for serving.py: asks for the addresses of a list one after the other, each thread
-- from another place on, and prints what serving.py wants to know of the run.
--
-- `wrk -s spread.lua URL -- LIST [CODING]`; a line of LIST is a path, or a path, a tab and the
-- entity tag that the client already has.

local requests = {}
local next_request = 0
local threads = 0

function setup(thread)
   thread:set("place", threads)
   threads = threads + 1
end

function init(arguments)
   for line in io.lines(arguments[1]) do
      local path, tag = line:match("^([^\t]*)\t?(.*)$")
      local headers = { ["Host"] = wrk.headers["Host"], ["User-Agent"] = "wrk" }
      if arguments[2] then headers["Accept-Encoding"] = arguments[2] end
      if tag ~= "" then headers["If-None-Match"] = tag end
      requests[#requests + 1] = wrk.format("GET", path, headers)
   end
   next_request = place * math.floor(#requests / 2)
end

function request()
   next_request = next_request % #requests + 1
   return requests[next_request]
end

function done(summary, latency)
   local errors = summary.errors
   io.write(string.format(
      "spread requests=%d microseconds=%d p50=%d p99=%d bytes=%d errors=%d\n",
      summary.requests, summary.duration, latency:percentile(50), latency:percentile(99),
      summary.bytes,
      errors.connect + errors.read + errors.write + errors.status + errors.timeout))
end
