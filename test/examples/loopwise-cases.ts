import type { Case } from "./case.js";

const admin = "admin:read admin:write";

export const loopwiseCases: readonly Case[] = [
  // Either of two scopes.
  ["school:read", "get_settings", { code: "allowed", scopes: ["school:read"] }],
  ["appearance:read", "get_settings", { code: "allowed", scopes: ["appearance:read"] }],
  ["appearance:read school:read", "get_settings", { code: "allowed", scopes: ["school:read"] }],
  [
    "openid",
    "get_settings",
    {
      code: "insufficient_scope",
      scopes: ["school:read"],
      missing: ["school:read"],
      accepted: [["school:read"], ["appearance:read"]],
    },
  ],
  ["school:write", "update_settings", { code: "allowed", scopes: ["school:write"] }],
  ["appearance:write", "update_settings", { code: "allowed", scopes: ["appearance:write"] }],
  [
    "school:read appearance:read",
    "update_settings",
    {
      code: "insufficient_scope",
      missing: ["school:write"],
      accepted: [["school:write"], ["appearance:write"]],
    },
  ],
  ["school:write", "get_settings", { code: "insufficient_scope", missing: ["school:read"] }],
  ["appearance:read", "get_site_info", { code: "insufficient_scope", missing: ["school:read"] }],

  // Tool names may differ from scope names.
  ["students:read", "list_members", { code: "allowed", scopes: ["students:read"] }],
  ["members:read", "list_members", { code: "insufficient_scope", missing: ["students:read"] }],
  ["students:write", "get_member", { code: "insufficient_scope", missing: ["students:read"] }],
  ["courses:read", "list_reviews", { code: "allowed", scopes: ["courses:read"] }],
  ["digital_products:read", "get_digital_download", { code: "allowed" }],
  ["storage:write", "confirm_upload", { code: "allowed", scopes: ["storage:write"] }],
  ["storage:write", "upload_image", { code: "allowed" }],

  // Read scopes do not allow writing, and write scopes do not allow reading.
  ["courses:read", "get_course", { code: "allowed" }],
  ["courses:write", "update_course", { code: "allowed" }],
  ["courses:read", "update_course", { code: "insufficient_scope", missing: ["courses:write"] }],
  ["courses:write", "get_course", { code: "insufficient_scope", missing: ["courses:read"] }],
  ["posts:write", "delete_post", { code: "allowed", scopes: ["posts:write"] }],
  ["posts:read", "create_post", { code: "insufficient_scope", missing: ["posts:write"] }],
  ["posts:write", "get_post", { code: "insufficient_scope", missing: ["posts:read"] }],
  ["lecturers:write", "create_lecturer", { code: "allowed" }],
  [
    "lecturers:write",
    "list_lecturers",
    { code: "insufficient_scope", missing: ["lecturers:read"] },
  ],

  // A description that mentions other data does not extend a scope.
  ["courses:read", "list_lessons", { code: "insufficient_scope", missing: ["curriculum:read"] }],
  ["curriculum:read", "list_lessons", { code: "allowed" }],
  [
    "students:read",
    "list_event_attendees",
    { code: "insufficient_scope", missing: ["events:read"] },
  ],
  ["events:read", "list_event_attendees", { code: "allowed" }],
  ["orders:read", "list_orders", { code: "allowed" }],
  ["subscriptions:read", "list_orders", { code: "insufficient_scope", missing: ["orders:read"] }],
  ["membership_plans:read", "get_membership_plan", { code: "allowed" }],
  ["coupons:read", "get_coupon", { code: "allowed" }],
  ["comments:read", "get_comment", { code: "allowed" }],

  // The admin scopes allow no tool, for any client.
  [admin, "update_course", { code: "insufficient_scope", missing: ["courses:write"] }],
  [admin, "list_members", { code: "insufficient_scope", missing: ["students:read"] }],
  [
    { scope: admin, first_party: true },
    "update_settings",
    { code: "insufficient_scope", missing: ["school:write"] },
  ],
  [`${admin} orders:read`, "list_orders", { code: "allowed", scopes: ["orders:read"] }],

  // Scopes are compared as whole, case-sensitive tokens, separated by one space.
  ["Courses:read", "get_course", { code: "insufficient_scope", missing: ["courses:read"] }],
  ["courses:readx", "get_course", { code: "insufficient_scope", missing: ["courses:read"] }],
  ["courses:*", "get_course", { code: "insufficient_scope", missing: ["courses:read"] }],
  ["", "get_course", { code: "insufficient_scope", missing: ["courses:read"] }],
  [{ scope: [] }, "get_course", { code: "insufficient_scope", missing: ["courses:read"] }],
  [{ scope: ["openid", "courses:read"] }, "get_course", { code: "allowed" }],
  [{ scope: ["openid courses:read"] }, "get_course", { code: "invalid_token" }],
  ["openid  courses:read", "get_course", { code: "invalid_token" }],
  [" courses:read", "get_course", { code: "invalid_token" }],
  ['courses:read "', "get_course", { code: "invalid_token" }],

  // Without a token, and names that the page does not list.
  [undefined, "list_courses", { code: "unauthenticated" }],
  [undefined, "delete_course", { code: "unknown_operation" }],
  ["courses:write", "delete_course", { code: "unknown_operation" }],
  ["courses:read", "List_courses", { code: "unknown_operation" }],
  ["courses:read", "toString", { code: "unknown_operation" }],
  ["courses:read", "__proto__", { code: "unknown_operation" }],
];
