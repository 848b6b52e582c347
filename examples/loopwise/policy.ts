// Loopwise, an online school platform: the whole of its "Scopes" page, in its own words.
//
// The page names every scope and every MCP tool. Chosen here, and nothing else: the version (the page
// has none). The page describes the two admin scopes in one sentence; it stands at both. "Required for
// identity access" is read as: openid cannot be deselected at consent.
import { definePolicy } from "scope-policy";

export const chosen = { version: "2026-11-22", tools: [] } as const;

/** The scopes that the page names and for which it names no tool. */
const withoutTool = [
  "students:write",
  "analytics:read",
  "curriculum:write",
  "events:write",
  "membership_plans:write",
  "coupons:write",
  "digital_products:write",
  "subscriptions:read",
  "subscriptions:write",
  "admin:read",
  "admin:write",
] as const;

const admin =
  "The admin:read and admin:write scopes are reserved for platform administrators and are not available to third-party applications.";

export const policy = definePolicy({
  name: "Loopwise",
  version: chosen.version,
  scopes: {
    openid: {
      description:
        "Required for identity access. Returns the user's unique identifier (sub claim). This is the default scope.",
      group: "identity",
      required: true,
    },
    profile: { description: "Access the user's name", group: "identity" },
    email: {
      description: "Access the user's email address and verification status",
      group: "identity",
    },
    "courses:read": {
      description: "Read course details, curriculum, and enrollment data",
      group: "data",
    },
    "courses:write": { description: "Create, update, and delete courses", group: "data" },
    "students:read": { description: "Read student profiles and progress data", group: "data" },
    "students:write": {
      description: "Create and update student records, manage enrollments",
      group: "data",
    },
    "analytics:read": { description: "Read analytics and reporting data", group: "data" },
    "curriculum:read": {
      description: "Read curriculum structure (lessons, chapters, materials)",
      group: "data",
    },
    "curriculum:write": { description: "Create and update curriculum content", group: "data" },
    "orders:read": { description: "Read order and payment data", group: "data" },
    "school:read": { description: "Read school configuration and settings", group: "data" },
    "school:write": { description: "Update school configuration and settings", group: "data" },
    "appearance:read": { description: "Read school appearance and theme settings", group: "data" },
    "appearance:write": {
      description: "Update school appearance and theme settings",
      group: "data",
    },
    "events:read": { description: "Read event details and attendees", group: "data" },
    "events:write": { description: "Create, update, and delete events", group: "data" },
    "membership_plans:read": { description: "Read membership plan details", group: "data" },
    "membership_plans:write": { description: "Create and update membership plans", group: "data" },
    "coupons:read": { description: "Read coupon details", group: "data" },
    "coupons:write": { description: "Create and update coupons", group: "data" },
    "posts:read": { description: "Read post content", group: "data" },
    "posts:write": { description: "Create, update, and delete posts", group: "data" },
    "digital_products:read": { description: "Read digital download details", group: "data" },
    "digital_products:write": { description: "Create and update digital downloads", group: "data" },
    "comments:read": { description: "Read comments", group: "data" },
    "lecturers:read": { description: "Read lecturer profiles", group: "data" },
    "lecturers:write": { description: "Create and update lecturer profiles", group: "data" },
    "storage:write": { description: "Upload files and images", group: "data" },
    "subscriptions:read": { description: "Read subscription data", group: "data" },
    "subscriptions:write": { description: "Manage subscriptions", group: "data" },
    "admin:read": { description: admin, group: "admin", reserved: true },
    "admin:write": { description: admin, group: "admin", reserved: true },
  },
  defaultScopes: ["openid"], // "If no scopes are specified, only openid is granted by default."
  tools: {
    list_courses: "courses:read",
    get_course: "courses:read",
    list_reviews: "courses:read",
    update_course: "courses:write",
    list_members: "students:read",
    get_member: "students:read",
    get_site_info: "school:read",
    get_settings: { anyOf: ["school:read", "appearance:read"] },
    update_settings: { anyOf: ["school:write", "appearance:write"] },
    list_orders: "orders:read",
    list_lessons: "curriculum:read",
    list_membership_plans: "membership_plans:read",
    get_membership_plan: "membership_plans:read",
    list_events: "events:read",
    get_event: "events:read",
    list_event_attendees: "events:read",
    list_coupons: "coupons:read",
    get_coupon: "coupons:read",
    list_posts: "posts:read",
    get_post: "posts:read",
    create_post: "posts:write",
    update_post: "posts:write",
    delete_post: "posts:write",
    list_digital_downloads: "digital_products:read",
    get_digital_download: "digital_products:read",
    list_comments: "comments:read",
    get_comment: "comments:read",
    upload_image: "storage:write",
    confirm_upload: "storage:write",
    list_lecturers: "lecturers:read",
    get_lecturer: "lecturers:read",
    create_lecturer: "lecturers:write",
    update_lecturer: "lecturers:write",
  },
  lint: withoutTool.map((scope) => ({
    code: "unused_scope",
    path: `scopes["${scope}"]`,
    reason: "The page names the scope and no tool that requires it.",
  })),
});
