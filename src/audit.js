export { authorizationEvent, } from "./audit/authorization-event.js";
export { toCloudEvent, toEcs, toOpenTelemetryAttributes, } from "./audit/mappers.js";
export { toOcsf } from "./audit/ocsf.js";
