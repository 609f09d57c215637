# TALLY_SONAME(NAME)
# The file name under which the dynamic linker finds the library of PKG_CHECK_MODULES([NAME]), as
# NAME_SONAME in config.h: these libraries are loaded when first used (doc/decisions/0001).
AC_DEFUN([TALLY_SONAME], [
  AC_CACHE_CHECK([for the soname of $1], [tally_cv_soname_$1], [
    tally_save_LIBS=$LIBS
    tally_save_LDFLAGS=$LDFLAGS
    tally_lib=`echo " $[]$1[]_LIBS" | sed -n 's/.* -l\(@<:@^ @:>@*\).*/\1/p'`
    # The last -l of the list is the library itself or comes with it; ask for all, keep its name.
    tally_first=`echo " $[]$1[]_LIBS" | tr ' ' '\n' | sed -n 's/^-l//p' | head -n 1`
    LIBS="$[]$1[]_LIBS"
    LDFLAGS="$LDFLAGS -Wl,--no-as-needed"
    tally_cv_soname_$1=no
    AC_LINK_IFELSE([AC_LANG_PROGRAM([], [])], [
      tally_cv_soname_$1=`objdump -p conftest$EXEEXT 2>/dev/null |
        sed -n "s/.*NEEDED *\(lib$tally_first\.so@<:@^ @:>@*\|lib$tally_first-@<:@^ @:>@*\.so@<:@^ @:>@*\)/\1/p" | head -n 1`
      test -n "$tally_cv_soname_$1" || tally_cv_soname_$1=lib$tally_first.so
    ])
    LIBS=$tally_save_LIBS
    LDFLAGS=$tally_save_LDFLAGS
  ])
  AS_IF([test "x$tally_cv_soname_$1" = xno], [AC_MSG_ERROR([cannot link with $1])])
  AC_DEFINE_UNQUOTED([$1_SONAME], ["$tally_cv_soname_$1"], [File name of this library, to load it when first used])
])

# TALLY_TRY_FLAGS(VARIABLE, FLAGS): appends each flag that the compiler takes.
AC_DEFUN([TALLY_TRY_FLAGS], [
  for tally_flag in m4_normalize([$2]); do
    tally_save_CFLAGS=$CFLAGS
    CFLAGS="$CFLAGS -Werror $tally_flag"
    AC_MSG_CHECKING([whether $CC takes $tally_flag])
    AC_LINK_IFELSE([AC_LANG_PROGRAM([], [])],
      [AC_MSG_RESULT([yes]); $1="$$1 $tally_flag"], [AC_MSG_RESULT([no])])
    CFLAGS=$tally_save_CFLAGS
  done
])

# TALLY_COMPILER: language level, warnings, hardening, sanitizers, as AM_* so that the user's
# CFLAGS stay the user's.
AC_DEFUN([TALLY_COMPILER], [
  AC_ARG_ENABLE([werror], [AS_HELP_STRING([--enable-werror], [treat warnings as errors])])
  AC_ARG_ENABLE([hardening], [AS_HELP_STRING([--disable-hardening], [leave out compiler and linker hardening])])
  AC_ARG_ENABLE([sanitizers], [AS_HELP_STRING([--enable-sanitizers], [build with address and undefined-behaviour sanitizers; =thread: with the thread sanitizer])])
  AC_ARG_ENABLE([fuzzing], [AS_HELP_STRING([--enable-fuzzing], [build the fuzz targets with libFuzzer (needs clang)])])

  TALLY_CFLAGS="-std=c17"
  TALLY_LDFLAGS=
  TALLY_TRY_FLAGS([TALLY_CFLAGS], [-Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wsign-conversion
    -Wstrict-prototypes -Wmissing-prototypes -Wvla -Wformat=2 -Wwrite-strings -Wundef -Wcast-qual
    -Wimplicit-fallthrough -fvisibility=hidden])
  # gcc's null-dereference analysis gives false alarms once sanitizers rewrite the code.
  AS_CASE([$enable_sanitizers],
    [yes], [TALLY_SANITIZE="-fsanitize=address,undefined"],
    [thread], [TALLY_SANITIZE="-fsanitize=thread"],
    [no|""], [TALLY_SANITIZE=],
    [AC_MSG_ERROR([--enable-sanitizers: expected nothing, yes, no or thread, found $enable_sanitizers])])
  AS_IF([test -z "$TALLY_SANITIZE"], [TALLY_TRY_FLAGS([TALLY_CFLAGS], [-Wnull-dereference])])
  AS_IF([test "x$enable_werror" = xyes], [TALLY_CFLAGS="$TALLY_CFLAGS -Werror"])
  # Programs that a test builds against the library need its sanitizers too.
  AS_IF([test -n "$TALLY_SANITIZE"], [
    TALLY_CFLAGS="$TALLY_CFLAGS $TALLY_SANITIZE -fno-sanitize-recover=all -fno-omit-frame-pointer"
    TALLY_LDFLAGS="$TALLY_LDFLAGS $TALLY_SANITIZE"
  ])
  AC_SUBST([TALLY_SANITIZE])
  AS_IF([test "x$enable_fuzzing" = xyes], [
    TALLY_CFLAGS="$TALLY_CFLAGS -fsanitize=fuzzer-no-link"
    TALLY_TRY_FLAGS([TALLY_LDFLAGS], [-fsanitize=fuzzer-no-link])
  ])
  AS_IF([test "x$enable_hardening" != xno && test -z "$TALLY_SANITIZE"], [
    TALLY_TRY_FLAGS([TALLY_CFLAGS], [-fstack-protector-strong -fstack-clash-protection -fcf-protection])
    # _FORTIFY_SOURCE needs optimisation, and a distribution may have set it already.
    AC_COMPILE_IFELSE([AC_LANG_PROGRAM([[
#if !defined __OPTIMIZE__ || defined _FORTIFY_SOURCE
#error no
#endif
]], [])], [TALLY_CFLAGS="$TALLY_CFLAGS -D_FORTIFY_SOURCE=2"])
    TALLY_TRY_FLAGS([TALLY_LDFLAGS], [-Wl,-z,relro -Wl,-z,now -Wl,-z,noexecstack])
  ])
  TALLY_TRY_FLAGS([TALLY_LDFLAGS], [-Wl,--as-needed])
  AC_SUBST([TALLY_CFLAGS])
  AC_SUBST([TALLY_LDFLAGS])
  AM_CONDITIONAL([SANITIZERS], [test -n "$TALLY_SANITIZE"])
  AM_CONDITIONAL([FUZZING], [test "x$enable_fuzzing" = xyes])
])

AC_DEFUN([TALLY_SUMMARY], [
  cat <<TALLY_END

tally $PACKAGE_VERSION
  prefix        $prefix
  compiler      $CC $CFLAGS
  warnings      as errors: ${enable_werror:-no}
  hardening     ${enable_hardening:-yes}
  sanitizers    ${enable_sanitizers:-no}
  fuzzing       ${enable_fuzzing:-no}
  unit tests    $have_cmocka (cmocka)
  loaded late   $tally_cv_soname_CURL $tally_cv_soname_GIT2 $tally_cv_soname_GNUTLS $tally_cv_soname_NETTLE $tally_cv_soname_XML
TALLY_END
])
