#ifndef MODLOG_API_SERVER_PLATFORM_RULE_H_
#define MODLOG_API_SERVER_PLATFORM_RULE_H_

namespace modlog {

// What a caller is told of a name that IsPlatform refuses.
inline constexpr char kPlatformRule[] = "must match ^[a-z0-9][a-z0-9.-]{0,63}$";

}  // namespace modlog

#endif  // MODLOG_API_SERVER_PLATFORM_RULE_H_
