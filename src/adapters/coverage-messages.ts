/** The messages of the findings that every coverage check has, by code. `{}` stands for the names of the parameters. */
export const COVERAGE_MESSAGES = {
  shadowed_param:
    "the path binds {} again below the gate: put a gate on the route, or rename the parameter",
  unserved_endpoint: "no route has a gate for the endpoint before its handlers",
  unmapped_route:
    "the route has no gate of this authorizer: add one, `gate.public()` or `gate.elsewhere(reason)`",
  late_gate:
    "another handler of the route comes before its gate and could respond: put the gate first",
  unknown_endpoint: "the policy has no such endpoint",
  mismatched_endpoint: "the gate names an endpoint with another method or path",
  misplaced_gate: "in `use`, a gate for endpoints does not know the route: put it on a route",
} as const;
